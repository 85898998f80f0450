import { FilterOutlined, SearchOutlined, SplitCellsOutlined, TeamOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Badge, Button, Drawer, Input, Popover, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import type { Filter } from '@/api/types';
import type { ListSearch } from '@/app/router';
import { FilterBuilder, FilterChips, ruleCount } from '@/filters';
import { useMobile } from '@/app/useMobile';
import { ColumnChooser } from './ColumnChooser';
import styles from './list.module.css';
import type { ListView } from './listModel';
import type { ListState } from './useList';
import { ViewMenu } from './ViewMenu';

interface ListToolbarProps {
  object: ObjectModel;
  list: ListState;
  text: string;
  onText: (text: string) => void;
  /** Filter of the address, over that of the view. */
  extra: Filter | null;
  onClearExtra: () => void;
  filterOpen: boolean;
  onFilterOpen: (open: boolean) => void;
}

export function viewSearch(view: ListView): ListSearch {
  const [kind, id = ''] = view.key.split(/:(.*)/s);
  return kind === 'saved' ? { saved: id } : kind === 'view' ? { view: id } : {};
}

function Views({ list }: { list: ListState }) {
  const { t } = useTranslation('workspace');
  const navigate = useNavigate();
  const items = list.views.map((view) => ({
    key: view.key,
    label: (
      <span data-testid={`view-${view.key}`}>
        {view.label}
        {view.saved?.shared ? <TeamOutlined style={{ marginInlineStart: 6, fontSize: 11 }} title={t('views.shared')} /> : null}
      </span>
    ),
  }));
  return (
    <Tabs
      className={styles.views ?? ''}
      size="small"
      items={items}
      activeKey={list.view.key}
      onChange={(key) => {
        const view = list.views.find((candidate) => candidate.key === key);
        if (view) void navigate({ to: '.', search: viewSearch(view) });
      }}
      aria-label={t('views.title')}
    />
  );
}

interface FilterButtonProps {
  object: ObjectModel;
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** A first, unfinished rule: it filters nothing until it has a value. */
function starterOf(object: ObjectModel): Filter | null {
  const field = object.field.get(object.name_field);
  const operator = field?.operators.includes('contains') ? 'contains' : field?.operators[0];
  if (!field || operator === undefined) return null;
  return { combinator: 'and', rules: [{ field: field.name, operator, value: '' }] };
}

/** The filter builder: below its button, or on a phone a sheet from the bottom. */
function FilterButton({ object, filter, onChange, open, onOpen }: FilterButtonProps) {
  const { t } = useTranslation('workspace');
  const mobile = useMobile();
  // An empty builder would only ask for one more click.
  const [starter] = useState(() => starterOf(object));
  const builder = (
    <div className={styles.filterPanel}>
      <FilterBuilder object={object} value={filter ?? starter} onChange={onChange} />
    </div>
  );
  const button = (
    <Badge count={ruleCount(filter)} size="small" color="var(--accent)" offset={[-4, 4]}>
      <Button
        icon={<FilterOutlined />}
        data-testid="filter-button"
        aria-label={t('list.filter')}
        aria-expanded={open}
        onClick={mobile ? () => { onOpen(true); } : undefined}
      >
        {mobile ? null : t('list.filter')}
      </Button>
    </Badge>
  );
  if (!mobile) {
    return (
      <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={onOpen} destroyOnHidden content={builder}>
        {button}
      </Popover>
    );
  }
  return (
    <>
      {button}
      <Drawer open={open} onClose={() => { onOpen(false); }} placement="bottom" size="70%" title={t('list.filter')} destroyOnHidden>
        {builder}
      </Drawer>
    </>
  );
}

/** Views, quick search, filter and columns of a list. */
export function ListToolbar(props: ListToolbarProps) {
  const { object, list, text, extra } = props;
  const { t } = useTranslation('workspace');
  const mobile = useMobile();
  const { filter } = list.definition;
  const setFilter = (next: Filter | null) => { list.change({ filter: next }); };
  return (
    <>
      <div className={styles.toolbar}>
        <Views list={list} />
        <div className={styles.tools}>
          <Input
            value={text}
            onChange={({ target }) => { props.onText(target.value); }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') {
                props.onText('');
                event.currentTarget.blur();
              }
            }}
            prefix={<SearchOutlined style={{ color: 'var(--text-3)' }} />}
            placeholder={t('list.quickSearch')}
            aria-label={t('list.quickSearchLabel', { label: object.label_plural })}
            allowClear
            style={mobile ? {} : { width: 176 }}
            data-testid="quick-search"
          />
          <FilterButton object={object} filter={filter} onChange={setFilter} open={props.filterOpen} onOpen={props.onFilterOpen} />
          {mobile ? null : (
            <Popover
              trigger="click"
              placement="bottomRight"
              destroyOnHidden
              content={<ColumnChooser object={object} columns={list.definition.columns} onChange={(columns) => { list.change({ columns }); }} />}
            >
              <Button icon={<SplitCellsOutlined />} data-testid="columns-button">{t('list.columns')}</Button>
            </Popover>
          )}
          <ViewMenu object={object} list={list} />
        </div>
      </div>
      {filter || extra ? (
        <div className={styles.chips} data-testid="filter-row">
          {extra ? (
            <span data-testid="extra-filter">
              <FilterChips object={object} filter={extra} onChange={props.onClearExtra} />
            </span>
          ) : null}
          <FilterChips object={object} filter={filter} onChange={setFilter} onClick={() => { props.onFilterOpen(true); }} />
        </div>
      ) : null}
    </>
  );
}
