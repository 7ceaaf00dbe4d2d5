import type { Docker } from './docker.ts';

/** A question to docker that is on its way while something else is done. */
export interface Asked<Answer> {
  readonly answer: Promise<Answer>;
  /** Waits for what is done meanwhile; where that fails, ends docker's calls before it lets the failure through. */
  orEnd<Value>(meanwhile: Promise<Value>): Promise<Value>;
}

/** Takes a question that has been put to a session, without waiting for the answer. */
export function ask<Answer>(docker: Docker, answer: Promise<Answer>): Asked<Answer> {
  // Whoever awaits it later still sees the failure; until then it must not count as unhandled.
  answer.catch(() => {});
  return {
    answer,
    async orEnd(meanwhile) {
      try {
        return await meanwhile;
      } catch (error) {
        docker.end();
        await answer.catch(() => {});
        throw error;
      }
    },
  };
}
