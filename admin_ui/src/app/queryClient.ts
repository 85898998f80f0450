import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from '@/api/problem';

/** Answers that will not change by asking again. */
function final(error: unknown): boolean {
  return error instanceof ProblemError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) => count < 2 && !final(error),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
