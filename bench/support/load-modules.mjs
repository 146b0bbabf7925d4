import path from 'node:path';
import { createServer } from 'vite';

/** The exports and the tests' record maker, from their TypeScript sources. */
export async function loadModules() {
  const root = path.resolve(import.meta.dirname, '..', '..');
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  const exports_ = await server.ssrLoadModule('/src/exports/index.ts');
  const fixture = await server.ssrLoadModule('/test/support/records/make.ts');
  await server.close();
  return {
    exportById: exports_.exportById,
    fixtureFacts: fixture.fixtureFacts,
    makeRecords: fixture.makeRecords,
  };
}
