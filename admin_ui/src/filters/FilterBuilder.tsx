import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryBuilder, type RuleGroupType } from 'react-querybuilder';
import { useModel, type Model, type ObjectModel } from '@/api/model';
import type { Filter, Rule } from '@/api/types';
import {
  AddGroup, AddRule, CombinatorControl, FieldControl, NotControl, OperatorControl, RemoveNode, ValueControl, type BuilderContext,
} from './controls';
import { filterFields, type FilterField } from './fields';
import { defaultOperator, operatorKey, operatorsOf } from './operators';
import { isGroup, sameFilter, tidy } from './tidy';
import { adaptValue, initialValue, isComplete } from './values';
import './filters.css';

interface FilterBuilderProps {
  /** The object whose records are filtered; an ObjectModel where it is not published yet. */
  object: string | ObjectModel;
  /** Null is "everything". */
  value: Filter | null | undefined;
  /** Called with the filter without its incomplete rules, or null when nothing is left of it. */
  onChange: (filter: Filter | null) => void;
  /** Where lookups lead; the published model if not given. */
  model?: Model;
}

const CONTROLS = {
  fieldSelector: FieldControl,
  operatorSelector: OperatorControl,
  valueEditor: ValueControl,
  combinatorSelector: CombinatorControl,
  notToggle: NotControl,
  addRuleAction: AddRule,
  addGroupAction: AddGroup,
  removeRuleAction: RemoveNode,
  removeGroupAction: RemoveNode,
};

/** Builds a filter: rules and groups, and/or/not, over the object's fields and those one lookup away. */
export function FilterBuilder({ object, value, onChange, model: given }: FilterBuilderProps) {
  const published = useModel();
  const model = given ?? published;
  const described = typeof object === 'string' ? model.byName.get(object) : object;
  const fields = useMemo(() => (described ? filterFields(model, described) : []), [model, described]);
  const [query, setQuery] = useEditedFilter(value);
  const parts = useBuilderParts(fields);
  if (!described || fields.length === 0) return null;

  const change = (next: RuleGroupType) => {
    const fitted = fit(next as Filter, query, parts.context.byPath);
    setQuery(fitted);
    const clean = tidy(fitted);
    if (!sameFilter(clean, query)) onChange(clean);
  };

  return (
    <div className="filter-builder" data-testid="filter-builder">
      <QueryBuilder
        query={query as RuleGroupType}
        onQueryChange={change}
        controlElements={CONTROLS}
        showNotToggle
        resetOnFieldChange
        addRuleToNewGroups
        {...parts}
      />
    </div>
  );
}

/** The filter while it is edited: it holds unfinished rules, and follows the value when that changes from outside. */
function useEditedFilter(value: Filter | null | undefined): [Filter, (next: Filter) => void] {
  const [edited, setEdited] = useState<Filter>(() => value ?? { combinator: 'and', rules: [] });
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    if (!sameFilter(edited, value)) setEdited(value ?? { combinator: 'and', rules: [] });
  }
  return [edited, setEdited];
}

function useBuilderParts(fields: FilterField[]) {
  const { t } = useTranslation('filters');
  return useMemo(() => {
    const byPath = new Map(fields.map((field) => [field.path, field]));
    const of = (path: string) => byPath.get(path)?.field;
    return {
      context: { byPath } satisfies BuilderContext,
      fields: groupFields(fields, t('builder.own')),
      getOperators: (path: string) => {
        const field = of(path);
        return field ? operatorsOf(field).map((name) => ({ name, label: t(operatorKey(name, field) as 'operator.eq') })) : [];
      },
      getDefaultOperator: (path: string) => {
        const field = of(path);
        return field ? defaultOperator(field) : '=';
      },
      getDefaultValue: (rule: { field: string; operator: string }) => {
        const field = of(rule.field);
        return field ? initialValue(field, rule.operator) : null;
      },
    };
  }, [fields, t]);
}

function groupFields(fields: FilterField[], own: string) {
  const groups = new Map<string, { name: string; label: string }[]>();
  for (const { path, label, group, field } of fields) {
    const key = group ?? own;
    groups.set(key, [...(groups.get(key) ?? []), { name: path, label: group === null ? field.label : label }]);
  }
  if (groups.size === 1) return fields.map(({ path, label }) => ({ name: path, label }));
  return [...groups].map(([label, options]) => ({ label, options }));
}

/** Gives the values of rules whose operator was changed the form that the operator takes. */
function fit(next: Filter, before: Filter, byPath: BuilderContext['byPath']): Filter {
  const operators = new Map<string, string>();
  const collect = (node: Rule | Filter): void => {
    if (isGroup(node)) node.rules.forEach(collect);
    else if (node.id) operators.set(node.id, node.operator);
  };
  collect(before);
  const visit = (node: Rule | Filter): Rule | Filter => {
    if (isGroup(node)) return { ...node, rules: node.rules.map(visit) };
    const old = node.id ? operators.get(node.id) : undefined;
    if (old === undefined || old === node.operator) return node;
    const value = adaptValue(node.value, node.operator);
    const field = byPath.get(node.field)?.field;
    return { ...node, value: field && !isComplete(node.operator, value) ? initialValue(field, node.operator) : value };
  };
  return { ...next, rules: next.rules.map(visit) };
}
