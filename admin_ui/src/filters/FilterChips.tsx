import { Tag } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel, type Model, type ObjectModel } from '@/api/model';
import type { Filter } from '@/api/types';
import { chips, linkedIds } from './summary';
import { useRecordNames } from './useRecordNames';

interface FilterChipsProps {
  object: string | ObjectModel;
  filter: Filter | null | undefined;
  /** With it every chip can be taken away. */
  onChange?: (filter: Filter | null) => void;
  onClick?: () => void;
  model?: Model;
}

/** A filter in words, one chip for each of its parts. */
export function FilterChips({ object, filter, onChange, onClick, model: given }: FilterChipsProps) {
  const { t } = useTranslation('filters');
  const published = useModel();
  const model = given ?? published;
  const described = typeof object === 'string' ? model.byName.get(object) : object;
  const wanted = useMemo(
    () => (described ? linkedIds(filter, model, described) : new Map<string, Set<string>>()),
    [filter, model, described],
  );
  const nameOf = useRecordNames(wanted);
  if (!described || !filter) return null;

  const without = (index: number): Filter | null => {
    const rules = index === -1 ? [] : filter.rules.filter((_, at) => at !== index);
    return rules.length === 0 ? null : { ...filter, rules };
  };
  return (
    <span className="filter-chips" data-testid="filter-chips">
      {chips(filter, { model, object: described, t, nameOf }).map((chip, at) => (
        <span key={chip.index}>
          {at > 0 && <span className="filter-chip-join">{t(filter.combinator === 'or' ? 'join.or' : 'join.and')}</span>}
          <Tag
            className="filter-chip"
            closable={onChange !== undefined}
            onClose={(event) => {
              event.preventDefault();
              onChange?.(without(chip.index));
            }}
            onClick={onClick}
          >
            {chip.text}
          </Tag>
        </span>
      ))}
    </span>
  );
}
