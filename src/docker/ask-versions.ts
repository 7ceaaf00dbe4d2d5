import type { Docker } from './docker.ts';
import { type DockerVersions, readVersions } from './versions.ts';

/** A question after docker's versions that is on its way while something else is done. */
export interface AskedVersions {
  /** Rejects with EnvironmentError where docker cannot be worked with. */
  readonly versions: Promise<DockerVersions>;
  /** Waits for what is done meanwhile; where that fails, ends the question before it lets the failure through. */
  orEnd<Value>(meanwhile: Promise<Value>): Promise<Value>;
}

/** Asks for both versions without waiting for the answer. */
export function askVersions(docker: Docker): AskedVersions {
  const versions = readVersions(docker);
  // Whoever awaits it later still sees the failure; until then it must not count as unhandled.
  versions.catch(() => {});
  return {
    versions,
    async orEnd(meanwhile) {
      try {
        return await meanwhile;
      } catch (error) {
        docker.end();
        await versions.catch(() => {});
        throw error;
      }
    },
  };
}
