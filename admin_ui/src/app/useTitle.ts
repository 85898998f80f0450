import { useEffect } from 'react';

/** Title of the browser tab while the page is shown. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${title} · Tangram`;
    return () => { document.title = 'Tangram'; };
  }, [title]);
}
