import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';

function project(count: number): string {
  const cwd = tempFolder();
  const all = Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'));
  const settings = `name: many
postgres: { image: postgres:17, max_connections: 100000, password: { env: SUPERUSER_PASSWORD } }
databases:
${all.map((i) => `  db_${i}: { users: [user_${i}] }`).join('\n')}
users:
  pgbouncer: { password: { env: PASSWORD }, role: admin }
${all.map((i) => `  user_${i}: { password: { env: PASSWORD } }`).join('\n')}
environments: { prod: {} }
`;
  writeFileSync(join(cwd, 'ecar-pool.yaml'), settings);
  const secrets = "PASSWORD='one-of-all-of-them'\nSUPERUSER_PASSWORD='of-it-alone'\n";
  writeFileSync(join(cwd, '.env.prod'), secrets, { mode: 0o600 });
  return cwd;
}

it('every file must grow with the number of databases and users, and not with its square', async () => {
  const sizes = [];
  for (const count of [200, 2000]) {
    const cwd = project(count);
    expect(await runToEnd(['render', '-q'], { cwd })).toEqual({ exitCode: 0, out: '', err: '' });
    const folder = join(cwd, 'stack/prod');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    sizes.push(files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0));
  }
  expect((sizes[1] ?? 0) / (sizes[0] ?? 1)).toBeLessThan(11);
}, 60_000);
