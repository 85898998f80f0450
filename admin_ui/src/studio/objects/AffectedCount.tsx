import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { http } from '@/api/http';
import type { Page } from '@/api/types';

/** How many records an object has, or how many have a value in a field: what a deletion would take from sight. */
export function AffectedCount({ object, field }: { object: string; field?: string }) {
  const { t, i18n } = useTranslation('studio');
  const { data } = useQuery({
    queryKey: ['affected', object, field],
    queryFn: async () => {
      const filter = field === undefined ? {} : { filter: { combinator: 'and', rules: [{ field, operator: 'notNull' }] } };
      return (await http.post<Page>(`/api/${object}/query`, { fields: ['id'], limit: 1, count: true, ...filter })).count ?? 0;
    },
    staleTime: 0,
  });
  if (data === undefined) return null;
  return (
    <strong data-testid="affected-count">
      {t(field === undefined ? 'affected.object' : 'affected.field', { count: data, rows: data.toLocaleString(i18n.resolvedLanguage) })}
    </strong>
  );
}
