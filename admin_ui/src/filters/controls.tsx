import { CloseOutlined, FolderAddOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Select, Tooltip } from 'antd';
import type {
  ActionProps, CombinatorSelectorProps, FieldSelectorProps, NotToggleProps, OperatorSelectorProps, ValueEditorProps,
} from 'react-querybuilder';
import { useTranslation } from 'react-i18next';
import type { FilterField } from './fields';
import { ValueEditor } from './ValueEditor';

/** What the builder hands to its controls. */
export interface BuilderContext {
  byPath: ReadonlyMap<string, FilterField>;
}

interface Choice {
  label: string;
  value: string;
}

interface ChoiceGroup {
  label: string;
  options: Choice[];
}

function choices(options: readonly unknown[]): (Choice | ChoiceGroup)[] {
  return (options as { label: string; name?: string; options?: { label: string; name: string }[] }[]).map((option) =>
    option.options
      ? { label: option.label, options: option.options.map(({ label, name }) => ({ label, value: name })) }
      : { label: option.label, value: option.name ?? '' },
  );
}

export function FieldControl({ value, options, handleOnChange }: FieldSelectorProps) {
  const { t } = useTranslation('filters');
  return (
    <Select
      className="filter-field"
      value={value ?? null}
      options={choices(options)}
      onChange={(next: string) => { handleOnChange(next); }}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={280}
      aria-label={t('builder.field')}
      data-testid="filter-field"
    />
  );
}

export function OperatorControl({ value, options, handleOnChange }: OperatorSelectorProps) {
  const { t } = useTranslation('filters');
  return (
    <Select
      className="filter-operator"
      value={value ?? null}
      options={choices(options)}
      onChange={(next: string) => { handleOnChange(next); }}
      popupMatchSelectWidth={false}
      aria-label={t('builder.operator')}
      data-testid="filter-operator"
    />
  );
}

export function ValueControl({ field, operator, value, handleOnChange, context }: ValueEditorProps) {
  const found = (context as BuilderContext).byPath.get(field);
  if (!found) return null;
  return <ValueEditor field={found.field} operator={operator} value={value} onChange={handleOnChange} />;
}

export function CombinatorControl({ value, handleOnChange }: CombinatorSelectorProps) {
  const { t } = useTranslation('filters');
  return (
    <Select
      className="filter-combinator"
      value={value ?? 'and'}
      options={[{ value: 'and', label: t('builder.all') }, { value: 'or', label: t('builder.any') }]}
      onChange={(next: string) => { handleOnChange(next); }}
      popupMatchSelectWidth={false}
      aria-label={t('builder.combinator')}
      data-testid="filter-combinator"
    />
  );
}

export function NotControl({ checked, handleOnChange }: NotToggleProps) {
  const { t } = useTranslation('filters');
  return (
    <Tooltip title={t('builder.not_help')}>
      <Button
        type={checked ? 'primary' : 'text'}
        ghost={checked ?? false}
        onClick={() => { handleOnChange(!checked); }}
        aria-pressed={checked ?? false}
        data-testid="filter-not"
      >
        {t('builder.not')}
      </Button>
    </Tooltip>
  );
}

export function AddRule({ handleOnClick }: ActionProps) {
  const { t } = useTranslation('filters');
  return (
    <Button type="text" icon={<PlusOutlined />} onClick={(event) => { handleOnClick(event); }} data-testid="filter-add-rule">
      {t('builder.add_rule')}
    </Button>
  );
}

export function AddGroup({ handleOnClick }: ActionProps) {
  const { t } = useTranslation('filters');
  return (
    <Button type="text" icon={<FolderAddOutlined />} onClick={(event) => { handleOnClick(event); }} data-testid="filter-add-group">
      {t('builder.add_group')}
    </Button>
  );
}

export function RemoveNode({ handleOnClick }: ActionProps) {
  const { t } = useTranslation('filters');
  return (
    <Button
      type="text"
      className="filter-remove"
      icon={<CloseOutlined />}
      onClick={(event) => { handleOnClick(event); }}
      aria-label={t('builder.remove')}
      data-testid="filter-remove"
    />
  );
}
