import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { http } from '@/api/http';
import { documentQuery, draftQuery, META, type ChangeSet, type CheckResult } from '../api';

/** Checks the draft: faults, plan, losses. Runs again whenever the draft has changed while `enabled`. */
export function useCheck(draft: ChangeSet | null, enabled: boolean) {
  return useQuery({
    queryKey: ['draft-check', draft?.id, draft?.documents],
    queryFn: () => http.post<CheckResult>(`/meta/changes/${draft?.id ?? ''}/check`),
    enabled: enabled && draft !== null && draft.id !== '',
    staleTime: 10_000,
    gcTime: 60_000,
  });
}

interface PublishInput {
  id: string;
  comment: string;
  accept_losses: boolean;
}

/** Publishes a draft; done when the navigation and all pages have the new model. */
export function usePublish() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, ...body }: PublishInput) => {
      const { revision } = await http.post<{ revision: number }>(`/meta/changes/${id}/publish`, body);
      keepPublished(client, revision);
      await Promise.all([
        client.refetchQueries({ queryKey: ['model'], type: 'active' }),
        client.refetchQueries({ queryKey: [...META, 'documents'], type: 'active' }),
      ]);
      client.setQueryData(draftQuery.queryKey, null);
      await Promise.all([client.invalidateQueries({ queryKey: META }), client.invalidateQueries({ queryKey: draftQuery.queryKey })]);
      return revision;
    },
  });
}

/** Puts what was just published into the cache, so that no page has to wait for it. */
function keepPublished(client: QueryClient, revision: number): void {
  for (const { kind, name, body } of client.getQueryData(draftQuery.queryKey)?.documents ?? []) {
    const { queryKey } = documentQuery(kind, name);
    if (body) client.setQueryData(queryKey, (old) => ({ package: null, core: false, ...old, kind, name, revision, body }));
    else client.removeQueries({ queryKey, type: 'inactive' });
  }
}

export function useDiscard() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => http.delete(`/meta/changes/${id}`),
    onSuccess: async () => {
      client.setQueryData(draftQuery.queryKey, null);
      await client.invalidateQueries({ queryKey: draftQuery.queryKey });
    },
  });
}
