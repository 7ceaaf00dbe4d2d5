import type { Container } from '../../docker/containers.ts';
import { upServicesCommand } from '../../plan/commands.ts';
import { OVERLAY_FILE } from '../../stack/compose-project.ts';
import { CONFIG_LABEL } from '../../stack/labels.ts';
import { seen } from '../evidence.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';
import { isCurrent, listImages, listRenderedServices, listUnreleased, type Subject } from '../subject.ts';
import { recreateCommand } from '../up-commands.ts';

const ID = 'containers-current';
const TITLE = 'current containers';

/**
 * Whether each container of the stack was made from its service as it is rendered now, values of `.env`
 * included: Compose leaves a container as it is until `up`, whatever is written to the files.
 */
export const checkCurrentContainers: Check = (scene) => [...checkRendered(scene), ...checkReleased(scene)];

/** None of an adopted project runs on as the overlay had it before: it may look for the pool where none listens. */
const checkReleased: Check = ({ subject, evidence }) => {
  const { stack, project } = subject;
  return listUnreleased(seen(evidence.containers) ?? [], stack).map((service) =>
    fail(`released:${service}`, `container ${service}`, {
      observed: `runs as ${OVERLAY_FILE} had it, which has no part for it any more`,
      expected: 'made from your own files alone',
      hint: `run ${upServicesCommand({ ...project, services: [service], scales: evidence.scales })}`,
    }),
  );
};

const checkRendered: Check = (scene) => {
  const { subject, evidence } = scene;
  const services = listRenderedServices(subject.stack);
  const found = (seen(evidence.containers) ?? []).filter(
    ({ service }) => services.includes(service) && !evidence.asleep.has(service),
  );
  if (found.length === 0) return [skip(ID, TITLE, 'there is no container to look at')];
  const stale = found.flatMap((container) => explainStale(container, subject));
  const names = services.filter((name) => found.some(({ service }) => service === name)).join(', ');
  if (stale.length === 0) return [ok(ID, TITLE, `${names} made from the rendered files`)];
  const up = recreateCommand(scene);
  const isBeside = found.some((container) => runsBesideOverlay(container, subject));
  return [
    fail(ID, TITLE, {
      observed: stale.join('; '),
      expected: 'made from the rendered files',
      ...(isBeside ? { cause: `A plain \`docker compose up\` does not take ${OVERLAY_FILE}` } : {}),
      hint:
        isBeside && subject.kept === undefined && !subject.project.isSelfFound
          ? `run ${up}; to have a plain one take it, too, ${subject.renderCommand} --set-compose-file`
          : `run ${up}`,
    }),
  ];
};

/** Whether a service of an adopted project was made from its people's files alone: only the overlay has labels. */
function runsBesideOverlay({ service, labels }: Container, { stack }: Subject): boolean {
  return stack.adopted?.services.some(({ name }) => name === service) === true && !labels.has(CONFIG_LABEL);
}

function explainStale(container: Container, subject: Subject): string[] {
  const { service, image } = container;
  const rendered = listImages(subject.stack).get(service);
  // Under a tag that has moved, docker shows an id.
  if (rendered !== undefined && image !== rendered)
    return [`${service} runs the image ${image}, not ${rendered}`];
  if (isCurrent(container, subject)) return [];
  if (runsBesideOverlay(container, subject)) return [`${service} runs without ${OVERLAY_FILE}`];
  return [
    subject.stack.adopted
      ? `${service} was made before its part of ${OVERLAY_FILE} changed`
      : `${service} was made before its part of docker-compose.yml or .env changed`,
  ];
}
