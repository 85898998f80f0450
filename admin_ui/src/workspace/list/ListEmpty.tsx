import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { Trans, useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { Empty } from '@/app/Empty';

interface ListEmptyProps {
  object: ObjectModel;
  /** A filter or search hides records, or may. */
  filtered: boolean;
  /** Name of the view when its own filter may be what hides records. */
  view: string | undefined;
  onCreate: (() => void) | undefined;
  onClear: () => void;
}

/** Says what belongs into the list and how it gets there. */
export function ListEmpty({ object, filtered, view, onCreate, onClear }: ListEmptyProps) {
  const { t } = useTranslation('workspace');
  if (filtered) {
    return (
      <Empty
        icon="search"
        title={t('empty.filtered')}
        text={t('empty.filteredText')}
        action={<Button onClick={onClear} data-testid="clear-filter">{t('empty.clear')}</Button>}
        testId="list-empty"
      />
    );
  }
  const mayImport = object.features.import !== false && object.actions.includes('import');
  return (
    <Empty
      icon={object.icon ?? 'appstore'}
      title={view === undefined ? t('empty.title', { label: object.label_plural }) : t('empty.view', { view })}
      text={
        <>
          {object.description ? <p style={{ margin: '0 0 6px' }}>{object.description}</p> : null}
          {onCreate ? <Trans t={t} i18nKey="empty.teach" components={{ kbd: <kbd /> }} /> : t('empty.readOnly')}
        </>
      }
      action={
        <>
          {onCreate ? (
            <Button type="primary" onClick={onCreate} data-testid="empty-create">{t('list.create', { label: object.label })}</Button>
          ) : null}
          {mayImport ? (
            <Link to="/o/$object/import" params={{ object: object.name }}><Button>{t('list.import')}</Button></Link>
          ) : null}
        </>
      }
      testId="list-empty"
    />
  );
}
