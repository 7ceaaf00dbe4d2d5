import { setTimeout as sleep } from 'node:timers/promises';

/** Tries a check again and again until it passes; rejects with its last failure when the time is up. */
export async function eventually<Value>(check: () => Promise<Value>, timeoutMs = 20_000): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(200);
  }
}
