import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent. Severity has colours of its own, in theme.css; no other colour carries a meaning. */
const tide: MantineColorsTuple = [
  '#eef8fb',
  '#dbeef4',
  '#b5dce8',
  '#86c7da',
  '#5db4cd',
  '#43a6c3',
  '#2a8fae',
  '#14799a',
  '#0d6b86',
  '#075468',
];

/** Neutral with a trace of blue, from text to the darkest surface. */
const dark: MantineColorsTuple = [
  '#dfe5ea',
  '#bcc5cd',
  '#98a3ad',
  '#6f7b86',
  '#3a444d',
  '#2b333b',
  '#20272d',
  '#13181c',
  '#0f1316',
  '#0a0d10',
];

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 8, dark: 7 },
  colors: { tide, dark },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'JetBrains Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    Button: { styles: { root: { fontWeight: 500 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
    Modal: { defaultProps: { transitionProps: { duration: 80 }, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, closeButtonProps: { 'aria-label': 'Close' } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
  },
});
