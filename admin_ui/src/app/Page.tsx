import type { ReactNode } from 'react';
import { useTitle } from './useTitle';
import styles from './Page.module.css';

interface PageProps {
  title: ReactNode;
  icon?: ReactNode;
  /** A line under the title. */
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The children scroll by themselves and reach the edges. */
  flush?: boolean;
}

/** A page of the shell: a fixed head with title and actions, and a body that scrolls. */
export function Page({ title, icon, hint, actions, children, flush = false }: PageProps) {
  useTitle(typeof title === 'string' ? title : undefined);
  return (
    <section className={styles.page}>
      <header className={styles.head}>
        {icon}
        <div className={styles.titles}>
          <h1 className={styles.title}>{title}</h1>
          {hint ? <div className={styles.hint}>{hint}</div> : null}
        </div>
        <div className={styles.actions}>{actions}</div>
      </header>
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}
