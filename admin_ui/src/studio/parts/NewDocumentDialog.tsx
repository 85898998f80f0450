import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cleanLabel, freeName, NAME_PATTERN, suggestName, type Label } from '../documents';
import { LabelInput } from './LabelInput';

interface NewDocumentDialogProps {
  title: string;
  /** Name where the label suggests none. */
  fallback: string;
  taken: (name: string) => boolean;
  onClose: () => void;
  onCreate: (label: Label, name: string) => void;
}

/** Asks for the label and the name of a new document. */
export function NewDocumentDialog({ title, fallback, taken, onClose, onCreate }: NewDocumentDialogProps) {
  const { t } = useTranslation('studio');
  const [label, setLabel] = useState<Label>({});
  const [typed, setTyped] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const clean = cleanLabel(label);
  const name = typed ?? (clean ? freeName(suggestName(label.en ?? '') || fallback, taken) : '');
  const fault = !NAME_PATTERN.test(name) ? t('name.bad') : taken(name) ? t('name.taken') : undefined;
  const shown = fault !== undefined && (tried || typed !== null);
  const create = () => {
    setTried(true);
    if (!clean || fault) return;
    onClose();
    onCreate(clean, name);
  };
  return (
    <Modal open title={title} okText={t('objects.create')} onOk={create} onCancel={onClose} okButtonProps={{ ...{ 'data-testid': 'document-create' } }} width={480}>
      <Form layout="vertical" component="div">
        <Form.Item label={t('objects.label')} required help={tried && !clean ? t('label.missing') : undefined} validateStatus={tried && !clean ? 'error' : ''}>
          <LabelInput value={label} onChange={setLabel} onCommit={undefined} name={t('objects.label')} testId="document-label" autoFocus />
        </Form.Item>
        <Form.Item label={t('name.title')} required help={shown ? fault : undefined} extra={t('name.help')} validateStatus={shown ? 'error' : ''}>
          <Input value={name} maxLength={48} onChange={(event) => { setTyped(event.target.value); }} onPressEnter={create} aria-label={t('name.title')} data-testid="document-name" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Whether the dialog is shown. */
export function useNewDialog(): { shown: boolean; open: () => void; close: () => void } {
  const [shown, setShown] = useState(false);
  return { shown, open: () => { setShown(true); }, close: () => { setShown(false); } };
}
