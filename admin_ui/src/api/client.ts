import createClient from 'openapi-fetch';
import { tangramFetch } from './http';
import type { components, paths } from './schema';

/** Bodies of the platform's own routes, generated from its OpenAPI document (`npm run api`). */
export type Schemas = components['schemas'];

/**
 * The typed client of the platform's own routes. Records and the model depend on the tenant's documents:
 * for them see `records.ts`, `model.ts` and `types.ts`.
 */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: tangramFetch });

/** The body of an answer. Answers that are not 2xx never come here: `tangramFetch` throws them as ProblemError. */
export async function body<T>(request: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await request;
  // An empty answer (204) has no body; its type says so too.
  return data as NonNullable<T>;
}
