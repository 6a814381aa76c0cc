import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import postcssPresetMantine from 'postcss-preset-mantine';
import { defineConfig } from 'vite';

const apiOrigin = process.env.BREAKWATER_CONSOLE_API ?? 'http://127.0.0.1:8443';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  css: { postcss: { plugins: [postcssPresetMantine()] } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The content security policy allows no data: scripts or styles, and small files cost nothing over one connection.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    rolldownOptions: {
      output: {
        // Few files instead of a hundred tiny ones: what every page needs comes in one go.
        codeSplitting: {
          groups: [
            { name: 'framework', test: /node_modules\/(react|react-dom|scheduler|@tanstack|@floating-ui|@tabler)\// },
            // What stands in a folder of components is fetched when it is needed.
            { name: 'components', test: /web\/src\/(components|api|keyboard)\/[^/]+$/ },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: apiOrigin, secure: false }, '/openapi.json': { target: apiOrigin, secure: false } },
  },
});
