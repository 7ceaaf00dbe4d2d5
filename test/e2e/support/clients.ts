import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { connect, type Login, query } from './database.ts';
import type { Project } from './project.ts';

/** Clients that each run a short statement again and again until they are ended; errors of theirs are their own. */
export function keepBusy(
  project: Project,
  login: Login,
  count: number,
  pauseMs: number,
): () => Promise<void> {
  let isOver = false;
  const work = Array.from({ length: count }, async () => {
    while (!isOver) {
      await query(project, login, 'SELECT pg_sleep(0.01)').catch(() => {});
      await sleep(pauseMs);
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(work);
  };
}

/** Clients that each hold a server connection in a transaction. */
export async function holdTransactions(project: Project, login: Login, count: number): Promise<Client[]> {
  const clients = await openClients(project, login, count);
  await Promise.all(clients.map((client) => client.query('BEGIN; SELECT 1')));
  return clients;
}

/** Clients that are connected and ask for nothing. */
export async function openClients(project: Project, login: Login, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let index = 0; index < count; index++) clients.push(await connect(project, login));
  return clients;
}

/** Ends clients, those that wait for an answer too. */
export async function endClients(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.end().catch(() => {})));
}
