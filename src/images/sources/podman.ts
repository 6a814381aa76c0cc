import { join } from 'node:path';
import type { ContainerEngine } from '../container-engine.ts';
import type { ImageSource } from '../image-source.ts';

const engine: ContainerEngine = {
  title: 'Podman',
  program: 'podman',
  hostVariable: 'CONTAINER_HOST',
  sockets: ({ XDG_RUNTIME_DIR }) => [
    join(XDG_RUNTIME_DIR || `/run/user/${process.getuid?.() ?? 0}`, 'podman', 'podman.sock'),
    '/run/podman/podman.sock',
  ],
  start:
    'Start it with "systemctl --user start podman.socket" or "podman system service", or set CONTAINER_HOST to its socket (unix:///path)',
};

export const podman: ImageSource = {
  id: 'podman',
  title: 'An image that the local Podman holds: podman:NAME',
  recognises: () => false,
  open: async (reference, options) => {
    // HTTP takes longer to load than a known image takes.
    const { openFromEngine } = await import('../container-engine.ts');
    return openFromEngine(engine, reference, options);
  },
};
