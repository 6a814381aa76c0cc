import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadAddress } from '../../addresses.ts';

const formats = [
  { path: 'sbom', id: 'cyclonedx', title: 'CycloneDX', about: 'bill of materials' },
  { path: 'sbom', id: 'spdx', title: 'SPDX', about: 'bill of materials' },
  { path: 'report', id: 'html', title: 'HTML', about: 'findings to read' },
  { path: 'report', id: 'csv', title: 'CSV', about: 'findings for a spreadsheet' },
  { path: 'report', id: 'sarif', title: 'SARIF', about: 'findings for code hosts' },
  { path: 'report', id: 'json', title: 'JSON', about: 'the whole report' },
] as const;

export function DownloadMenu({ digest }: { readonly digest: string }) {
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={15} stroke={1.6} />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ path, id, title, about }) => (
          <Menu.Item
            key={`${path} ${id}`}
            component="a"
            href={downloadAddress(`/images/${encodeURIComponent(digest)}/${path}`, { format: id })}
            download
          >
            {title} <span style={{ color: 'var(--mantine-color-dimmed)' }}>{about}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
