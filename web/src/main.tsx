import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import '@fontsource-variable/inter';
import './theme.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Session } from '../../src/server/contract/access.ts';
import { ApiContext } from './api/api-context.ts';
import { createQueryClient, sessionKey } from './api/query-client.ts';
import { createApi } from './api/request.ts';
import { createConsoleRouter } from './router.tsx';
import { theme } from './theme.ts';

const client = createQueryClient();
const api = createApi(() => client.getQueryData<Session | null>(sessionKey)?.csrfToken);
const router = createConsoleRouter();
const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id "root".');

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <ApiContext value={api}>
          <RouterProvider router={router} />
        </ApiContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
