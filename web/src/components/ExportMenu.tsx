import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadAddress } from '../addresses.ts';
import { useScoped } from '../scope.ts';

interface ExportMenuProps {
  /** Of the API. */
  readonly path: string;
  /** The filter that holds on the page, so that the file has what is seen. */
  readonly query: object;
  /** What a row of the file is. */
  readonly what: string;
}

/** All rows that the filter leaves, not only those on the screen. */
export function ExportMenu({ path, query: asked, what }: ExportMenuProps) {
  const query = useScoped(asked);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconDownload size={15} stroke={1.6} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{what}</Menu.Label>
        <Menu.Item component="a" href={downloadAddress(path, { ...query, format: 'csv' })} download>
          CSV, for a spreadsheet
        </Menu.Item>
        <Menu.Item component="a" href={downloadAddress(path, { ...query, format: 'ndjson' })} download>
          NDJSON, for programs
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
