import type { Project } from './project.ts';

/** What tells one container, and one run of it, from another. */
export interface ContainerState {
  readonly id: string;
  readonly startedAt: string;
  readonly running: boolean;
  readonly exitCode: number;
}

/** The container of a service as the engine sees it. */
export async function inspectContainer(project: Project, service: string): Promise<ContainerState> {
  const format = '[{{json .Id}},{{json .State.StartedAt}},{{json .State.Running}},{{json .State.ExitCode}}]';
  const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}_${service}`]);
  const [id, startedAt, running, exitCode] = JSON.parse(stdout);
  return { id, startedAt, running, exitCode };
}
