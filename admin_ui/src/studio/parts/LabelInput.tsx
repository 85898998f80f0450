import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOCALES } from '@/i18n';
import type { Label } from '../documents';
import styles from './parts.module.css';

interface LabelInputProps {
  value: Label | undefined;
  onChange: (label: Label) => void;
  /** Called when a language loses the focus or Enter is pressed. */
  onCommit?: () => void;
  /** Prefix of the test ids: `<prefix>-en`, `<prefix>-zh-CN`. */
  testId: string;
  /** What the text is for, read out with each language. */
  name: string;
  autoFocus?: boolean;
  rows?: number;
  status?: 'error' | '';
}

/** A text in every language of the product, one line a language. */
export function LabelInput({ value, onChange, onCommit, testId, name, autoFocus = false, rows, status = '' }: LabelInputProps) {
  const { i18n } = useTranslation();
  const own = i18n.resolvedLanguage ?? 'en';
  return (
    <div className={styles.labels}>
      {LOCALES.map(({ code, label, short }) => {
        const common = {
          value: value?.[code] ?? '',
          onBlur: onCommit,
          autoFocus: autoFocus && code === own,
          'aria-label': `${name} (${label})`,
          'data-testid': `${testId}-${code}`,
          status: code === 'en' ? status : ('' as const),
          lang: code,
        };
        const change = (text: string) => { onChange({ ...value, [code]: text }); };
        return rows ? (
          <Input.TextArea key={code} {...common} rows={rows} placeholder={label} onChange={(event) => { change(event.target.value); }} />
        ) : (
          <Input
            key={code}
            {...common}
            prefix={<span className={styles.language}>{short}</span>}
            maxLength={200}
            onPressEnter={onCommit}
            onChange={(event) => { change(event.target.value); }}
          />
        );
      })}
    </div>
  );
}

/** A LabelInput that reports once, when the user leaves it: for documents that are saved at every change. */
export function SavedLabelInput({ value, onSave, ...rest }: Omit<LabelInputProps, 'onChange' | 'onCommit' | 'value'> & {
  value: Label | undefined;
  onSave: (label: Label) => void;
}) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  return <LabelInput {...rest} value={text} onChange={setText} onCommit={() => { if (text && text !== value) onSave(text); }} />;
}
