import { cp, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { Browser } from './support/browser.ts';
import { consoleTable } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const ADMIN = { username: 'admin', password: 'of-this-test-only' };
const ROWS = 2500;

describe('a Django project behind the pool', () => {
  let browser: Browser;
  const useStack = useProject('django', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await cp('test/e2e/django', project.path('backend'), { recursive: true });
    const { stdout: snippet } = await project.ecar(['snippet', 'django']);
    await writeFile(project.path('backend/database.py'), snippet);
    await project.write('.env.prod', `${await project.read('.env.prod')}SECRET_KEY='${'k'.repeat(50)}'\n`);
    const port = await freePort();
    await project.set({
      app: {
        image: IMAGES.django,
        volumes: ['./backend:/app'],
        command: 'python manage.py runserver --noreload 0.0.0.0:8000',
        ports: [`127.0.0.1:${port}:8000`],
        environment: { SECRET_KEY: { env: 'SECRET_KEY' } },
      },
    });
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
    browser = new Browser(`http://127.0.0.1:${port}`);
    await project.compose([
      'exec',
      '-T',
      'django',
      'python',
      'manage.py',
      'migrate',
      '--database',
      'session',
    ]);
  });

  const manage = (...args: readonly string[]) =>
    useStack().compose(
      ['exec', '-T', '-e', 'DJANGO_SUPERUSER_PASSWORD', 'django', 'python', 'manage.py', ...args],
      { env: { DJANGO_SUPERUSER_PASSWORD: ADMIN.password } },
    );

  it('must have its migrations applied through the session entry', async () => {
    expect((await manage('showmigrations', '--database', 'session')).stdout).not.toContain('[ ]');
    expect((await manage('migrate', '--check')).code).toBe(0);
  });

  it('must let its admin log in, and keep what he writes', async () => {
    await manage(
      'createsuperuser',
      '--noinput',
      '--username',
      ADMIN.username,
      '--email',
      'admin@example.com',
    );
    await eventually(() => browser.get('/admin/login/'));
    expect((await browser.get('/admin/notes/note/')).location).toContain('/admin/login/');
    const refused = await browser.submit('/admin/login/', { ...ADMIN, password: 'wrong', next: '/admin/' });
    expect(refused.status).toBe(200);
    const login = await browser.submit('/admin/login/?next=/admin/', { ...ADMIN, next: '/admin/' });
    expect([login.status, login.location]).toEqual([302, '/admin/']);
    expect((await browser.get('/admin/')).text).toContain('Site administration');
    const added = await browser.submit('/admin/notes/note/add/', { text: 'by the admin: é "$1"' });
    expect([added.status, added.location]).toEqual([302, '/admin/notes/note/']);
    expect(JSON.parse((await browser.get('/notes/')).text)).toEqual({ texts: ['by the admin: é "$1"'] });
  });

  it(`must stream ${ROWS} rows: by a server-side cursor in session mode, without one in transaction mode`, async () => {
    const create = `from notes.models import Note; Note.objects.bulk_create(Note(text=str(n)) for n in range(${ROWS}))`;
    await manage('shell', '-c', create);
    const streamed = async (alias: string) => JSON.parse((await manage('stream', alias)).stdout);
    const { rows, cursors } = await streamed('default');
    expect(rows).toBeGreaterThanOrEqual(ROWS);
    expect(cursors).toBe(0);
    expect(await streamed('session')).toEqual({ rows, cursors: 1 });
  });

  it('must have the admin go through the session entry alone, its logins and log included, and nothing else', async () => {
    const project = useStack();
    const before = await countQueries(project);
    const changed = await browser.submit('/admin/notes/note/1/change/', { text: 'changed by the admin' });
    expect(changed.status).toBe(302);
    expect((await browser.get('/admin/notes/note/1/history/')).text).toContain('Changed Text');
    const between = await countQueries(project);
    expect(between.main).toBe(before.main);
    expect(between.session).toBeGreaterThan(before.session + 10);
    const { texts } = JSON.parse((await browser.get('/notes/')).text) as { texts: string[] };
    expect(texts).toContain('changed by the admin');
    const after = await countQueries(project);
    expect(after.main).toBeGreaterThan(between.main);
    expect(after.session).toBe(between.session);
  });

  it('must have what the admin calls use transactions as they are used elsewhere', async () => {
    const list = '/admin/notes/note/';
    await browser.submit('/admin/notes/note/1/change/', { text: 'before the action' });
    // A hook that ran before the commit would see the text of before.
    expect((await browser.get(list)).text).toContain('Others see: (&#x27;before the action&#x27;,)');
    const acted = await browser.submit(list, { action: 'change_and_fail', _selected_action: '1' });
    expect(acted.status).toBe(302);
    expect((await browser.get(list)).text).toContain('Taken back: Note object (1)');
    const { texts } = JSON.parse((await browser.get('/notes/')).text) as { texts: string[] };
    expect(texts[0]).toBe('before the action');
  });

  it('must leave a request of the admin within a transaction that is open, as in tests of Django', async () => {
    const script = `
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from notes.models import Note
with transaction.atomic():
    Note.objects.create(text="not yet committed")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get())
    note = Note.objects.get(text="not yet committed")
    print("not yet committed" in client.get(f"/admin/notes/note/{note.pk}/change/").content.decode())
    transaction.set_rollback(True)
`;
    expect((await manage('shell', '-c', script)).stdout).toContain('True');
    expect((await browser.get('/notes/')).text).not.toContain('not yet committed');
  });

  it('must give the session entry a small pool of its own', async () => {
    const project = useStack();
    const entries = await consoleTable(project, 'SHOW DATABASES');
    const entry = entries.find(({ name }) => name === `${project.name}_admin`);
    expect(entry).toMatchObject({ database: `${project.name}_db`, pool_mode: 'session', pool_size: 5 });
  });

  it('must have all its queries go through the pool, which passes verify', async () => {
    const project = useStack();
    await browser.get('/notes/');
    await project.ecar(['verify', '--env', 'prod']);
    const { main, session } = await countQueries(project);
    expect(main).toBeGreaterThan(20);
    // Migrations alone are more than that.
    expect(session).toBeGreaterThan(50);
  });
});

/** How many queries each of the two entries has answered; PgBouncer counts a query when it is over. */
async function countQueries(project: Project): Promise<{ main: number; session: number }> {
  const stats = await consoleTable(project, 'SHOW STATS');
  const count = (name: string) =>
    Number(stats.find(({ database }) => database === name)?.['total_query_count']);
  return { main: count(`${project.name}_db`), session: count(`${project.name}_admin`) };
}
