import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [{ find: /^@digdir\/designsystemet-web$/, replacement: fileURLToPath(new URL('src/design-elements.ts', import.meta.url)) }],
  },
  build: {
    assetsInlineLimit: 0, // the content security policy allows no data: URLs
    rolldownOptions: {
      // Its package.json does not say that a component which is not used does nothing.
      treeshake: { moduleSideEffects: [{ test: /designsystemet-react/, sideEffects: false }] },
    },
  },
});
