import type { ReactNode } from 'react';
import styles from './Empty.module.css';
import { ObjectIcon } from './icons';

interface EmptyProps {
  /** Ant Design icon in kebab case. */
  icon: string;
  title: ReactNode;
  /** What this place is for and what to do next. */
  text?: ReactNode;
  action?: ReactNode;
  testId?: string;
  compact?: boolean;
}

/** An empty place that teaches what belongs there. */
export function Empty({ icon, title, text, action, testId, compact = false }: EmptyProps) {
  return (
    <div className={compact ? styles.compact : styles.empty} data-testid={testId}>
      {compact ? null : <ObjectIcon name={icon} size={22} tile color="var(--accent)" />}
      <h2 className={styles.title}>{title}</h2>
      {text ? <div className={styles.text}>{text}</div> : null}
      {action ? <div className={styles.action}>{action}</div> : null}
    </div>
  );
}
