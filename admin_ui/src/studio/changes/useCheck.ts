import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMutation } from '@tanstack/react-query';
import { http } from '@/api/http';
import { draftQuery, META, type ChangeSet, type CheckResult } from '../api';

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
      await client.refetchQueries({ queryKey: ['model'], type: 'active' });
      client.setQueryData(draftQuery.queryKey, null);
      await Promise.all([client.invalidateQueries({ queryKey: META }), client.invalidateQueries({ queryKey: draftQuery.queryKey })]);
      return revision;
    },
  });
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
