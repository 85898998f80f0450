import './i18n';
import './app/global.css';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { onSignedOut } from './api/http';
import { followRevisions } from './api/model';
import { leave, sessionQuery } from './api/session';
import { Antd, Providers } from './app/Providers';
import { paintEarly } from './app/preferences';
import { createQueryClient } from './app/queryClient';
import { buildRouter } from './app/router';

// A tab that was open while a new version was installed asks for files that are gone: one reload brings the new ones.
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('tangram.reloaded') ?? 0);
  if (Date.now() - last < 10_000) return;
  event.preventDefault();
  sessionStorage.setItem('tangram.reloaded', String(Date.now()));
  window.location.reload();
});

paintEarly();
const client = createQueryClient();
const router = buildRouter(client);
followRevisions(client);
onSignedOut(() => {
  // The session ended while somebody worked: back to the sign-in page, and here again afterwards.
  if (!client.getQueryData(sessionQuery.queryKey)) return;
  const to = router.state.location.href;
  void leave(client, () => router.navigate({ to: '/sign-in', search: { to }, ignoreBlocker: true }));
});

const element = document.getElementById('root');
if (!element) throw new Error('index.html has no #root');
createRoot(element).render(
  <StrictMode>
    <Providers client={client}>
      <RouterProvider router={router} InnerWrap={Antd} />
    </Providers>
  </StrictMode>,
);
