/** Filters the list of findings. The page is whole without it. */
export const script = `
(() => {
  const form = document.getElementById('filter');
  const rows = [...document.querySelectorAll('#all tbody tr')];
  if (!form || rows.length === 0) return;
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const shown = form.querySelector('output');
  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const severity = form.elements.severity.value;
    const marks = ['fixable', 'exploited'].filter((name) => form.elements[name].checked);
    let count = 0;
    rows.forEach((row, at) => {
      const fits = words.every((word) => texts[at].includes(word))
        && (severity === '' || row.dataset.severity === severity)
        && marks.every((mark) => row.dataset.marks.split(' ').includes(mark));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = count + ' of ' + rows.length + ' findings';
  };
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
`;
