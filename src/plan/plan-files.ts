import { createHash } from 'node:crypto';
import { storePasswords } from '../credentials/store-passwords.ts';
import type { Stack } from '../stack/stack.ts';
import { writeComposeFile } from '../writers/compose/compose-file.ts';
import { writeDotenvFile } from '../writers/dotenv.ts';
import { writeExporterFiles } from '../writers/monitoring/exporter.ts';
import { writeGrafanaFiles } from '../writers/monitoring/grafana.ts';
import { writeLogIni } from '../writers/monitoring/log-ini.ts';
import { writeLogRotation } from '../writers/monitoring/log-rotation.ts';
import { writePgbadgerScript } from '../writers/monitoring/pgbadger-script.ts';
import { writePrometheusFiles } from '../writers/monitoring/prometheus.ts';
import { writePgServiceFile } from '../writers/pg-service.ts';
import { writeConfigFiles, writePgbouncerConfig } from '../writers/pgbouncer-ini.ts';
import { MARK, type Rendering } from '../writers/rendering.ts';
import { writeRoleSql } from '../writers/role-sql.ts';
import { writeUsers } from '../writers/userlist.ts';
import type { FilePlan, PlannedFile } from './file-plan.ts';

const WRITERS: readonly ((rendering: Rendering) => PlannedFile | readonly PlannedFile[])[] = [
  writeComposeFile,
  writeDotenvFile,
  writePgServiceFile,
  writePgbouncerConfig,
  writeConfigFiles,
  writeUsers,
  writeRoleSql,
  writeExporterFiles,
  writePrometheusFiles,
  writeGrafanaFiles,
  writeLogIni,
  writeLogRotation,
  writePgbadgerScript,
];

/** The manifest's name; it lists what was rendered, so that what is no longer rendered can be removed. */
export const MANIFEST_PATH = '.ecar-pool.json';

/**
 * All files of a stack, as they should be: the same bytes for the same settings on every machine.
 * @param where names of things outside the stack that the files speak of
 */
export async function planFiles(
  stack: Stack,
  where: Pick<Rendering, 'settingsFile' | 'rootFromOutput' | 'template'>,
): Promise<FilePlan> {
  const rendering: Rendering = { stack, stored: await storePasswords(stack), ...where };
  const files = WRITERS.flatMap((write) => write(rendering)).sort((a, b) => (a.path < b.path ? -1 : 1));
  return [...files, planManifest(stack, files)];
}

function planManifest({ environment }: Stack, files: readonly PlannedFile[]): PlannedFile {
  const hashes = Object.fromEntries(files.map(({ path, text }) => [path, hashText(text)]));
  const manifest = { mark: `${MARK}: what it rendered here, with SHA-256`, environment, files: hashes };
  return { path: MANIFEST_PATH, mode: 0o600, text: `${JSON.stringify(manifest, null, 2)}\n` };
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
