/** Two slopes of stone and the quiet water behind them. */
export function Logo({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect width="24" height="24" rx="5" fill="#0d6b86" />
      <g fill="none" stroke="#fff" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
        <path d="M5 16.5c1.4 0 1.9-1.2 3.5-1.2s2.1 1.2 3.5 1.2 1.9-1.2 3.5-1.2 2.1 1.2 3.5 1.2" />
        <path d="M7 12.4 10.2 7h3.6L17 12.4" />
      </g>
    </svg>
  );
}
