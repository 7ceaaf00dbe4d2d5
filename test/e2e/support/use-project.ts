import { afterAll, beforeAll, beforeEach } from 'vitest';
import { Project } from './project.ts';

/**
 * A project for the tests of one `describe`: made before the first, removed after the last. After a failure
 * its folder is kept, with the words of all commands and containers; E2E_KEEP_FAILED=1 keeps the containers.
 */
export function useProject(word: string, prepare: (project: Project) => Promise<void>): () => Project {
  let project: Project | undefined;
  // Until the preparation is through.
  let hasFailed = true;
  beforeAll(async () => {
    project = await Project.create(word);
    await prepare(project);
    hasFailed = false;
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => {
      hasFailed = true;
    });
  });
  afterAll(() => project?.end(hasFailed));
  return () => {
    if (project === undefined) throw new Error('the project is there once its tests run');
    return project;
  };
}
