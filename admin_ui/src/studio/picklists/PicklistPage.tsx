import { DeleteOutlined } from '@ant-design/icons';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Form, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NotFoundPage } from '@/app/ErrorPages';
import { Page } from '@/app/Page';
import { labelIn, sameJson, type PicklistDocument, type PicklistValueDocument } from '../documents';
import { useDocument, useDraft, useEdit, useLocale, type Draft } from '../draft';
import { finishedValues } from '../objects/fieldDraft';
import { PicklistValues } from '../objects/PicklistValues';
import { SavedLabelInput } from '../parts/LabelInput';
import { OriginTag, StateTag } from '../parts/StateTag';
import studio from '../studio.module.css';

/** One shared set of values. */
export function PicklistPage() {
  const name = useParams({ strict: false }).name ?? '';
  const picklist = useDocument('picklist', name);
  return picklist && picklist.state !== 'deleted' ? <Editor key={name} picklist={picklist} /> : <NotFoundPage />;
}

function Editor({ picklist }: { picklist: Draft<PicklistDocument> }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const navigate = useNavigate();
  const edit = useEdit();
  const { body, state, core, package: origin } = picklist;
  const change = (part: Partial<PicklistDocument>) => { edit({ put: [{ ...body, ...part }] }); };
  const remove = () => {
    edit({ remove: [{ kind: 'picklist', name: body.name }] });
    void navigate({ to: '/studio/picklists' });
  };
  return (
    <Page
      title={<>{labelIn(body.label, locale, body.name)} <OriginTag origin={origin} core={core} /> <StateTag state={state} /></>}
      hint={<><Link to="/studio/picklists">{t('picklists.title')}</Link> › <code>{body.name}</code></>}
      actions={
        <Popconfirm title={t('picklists.remove_ask')} okText={t('parts.remove')} okButtonProps={{ danger: true }} onConfirm={remove}>
          <Button type="text" danger icon={<DeleteOutlined />}>{t('parts.remove')}</Button>
        </Popconfirm>
      }
    >
      <div className={studio.narrow}>
        <Form layout="vertical" component="div">
          <Form.Item label={t('objects.label')} required>
            <SavedLabelInput value={body.label} onSave={(label) => { change({ label }); }} name={t('objects.label')} testId="picklist-label" />
          </Form.Item>
        </Form>
        <h2 className={studio.sectionTitle}>{t('values.title')}</h2>
        <p className={studio.note}>{t('values.hint')}</p>
        <Values name={body.name} values={body.values} onSave={(values) => { change({ values }); }} />
      </div>
    </Page>
  );
}

/** The values while they are typed; they go into the draft when the user leaves a row. */
function Values({ name, values, onSave }: { name: string; values: PicklistValueDocument[]; onSave: (values: PicklistValueDocument[]) => void }) {
  const draft = useDraft();
  const changed = draft?.documents.find((document) => document.kind === 'picklist' && document.name === name);
  const base = changed ? (changed.base_body as PicklistDocument | null)?.values : values;
  const [edited, setEdited] = useState(values);
  const save = (next: PicklistValueDocument[]) => {
    const done = finishedValues(next);
    if (!sameJson(done, values)) onSave(done);
  };
  const change = (next: PicklistValueDocument[]) => {
    // What is moved, removed or switched is saved at once; typed text when its row is left.
    const typed = next.length === edited.length && next.every((item, index) => item.color === edited[index]?.color && item.active === edited[index]?.active);
    setEdited(next);
    if (!typed && next.length <= edited.length) save(next);
  };
  const choose = (value: string | undefined) => {
    const next = edited.map((item) => ({ ...item, default: item.value === value }));
    setEdited(next);
    save(next);
  };
  return (
    <div onBlur={() => { save(edited); }}>
      <PicklistValues
        values={edited}
        onChange={change}
        chosen={edited.find((item) => item.default)?.value}
        onChoose={choose}
        fixed={new Set((base ?? []).map((item) => item.value))}
      />
    </div>
  );
}
