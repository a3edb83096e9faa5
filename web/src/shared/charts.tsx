// Charts of our own: SVG bars for the eye, a table with the same numbers for everybody else.
import { useId, useState } from 'react';

import { useLanguage } from '../i18n/language';
import { Empty } from './page';

interface Row {
  name: string;
  value: number;
  note?: string;
}

// Bars beside their names and numbers: a table whose cells are drawn.
export function Bars({ label, rows, unit }: { label: string; rows: Row[]; unit: (n: number) => string }) {
  const { t } = useLanguage();
  if (rows.length === 0) return <Empty>{t.statistics.none}</Empty>;
  const most = Math.max(...rows.map(({ value }) => value), 1);
  return (
    <table className="bars">
      <caption className="for-ears">{label}</caption>
      <tbody>
        {rows.map(({ name, value, note }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
                <rect className="bar-back" width="100" height="10" />
                <rect className="bar" width={(value / most) * 100} height="10" />
              </svg>
              <span>{unit(value)}{note && <span className="bar-note"> · {note}</span>}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface Series {
  name: string;
  // One value for each group.
  values: number[];
}

// Stacked bars: one a group, one colour and pattern a series; the numbers are a table one click away.
export function Stacked({ label, groups, series, head }: { label: string; groups: string[]; series: Series[]; head?: string }) {
  const { t } = useLanguage();
  const [table, setTable] = useState(false);
  const id = useId();
  if (groups.length === 0) return <Empty>{t.statistics.none}</Empty>;
  const sums = groups.map((_, g) => series.reduce((sum, { values }) => sum + (values[g] ?? 0), 0));
  const most = Math.max(...sums, 1);
  const text = groups.map((group, g) => `${group}: ${series.filter(({ values }) => values[g]).map(({ name, values }) => `${name} ${values[g]}`).join(', ')}`).join('. ');
  return (
    <figure className="stacked" aria-labelledby={id}>
      <figcaption id={id} className="for-ears">{label}</figcaption>
      {table ? (
        <div className="scroll" tabIndex={0} role="group" aria-label={label}>
          <table className="table">
            <thead><tr><th scope="col">{head ?? t.statistics.source}</th>{series.map(({ name }) => <th key={name} scope="col">{name}</th>)}<th scope="col">{t.statistics.sum}</th></tr></thead>
            <tbody>
              {groups.map((group, g) => (
                <tr key={group}><th scope="row">{group}</th>{series.map(({ name, values }) => <td key={name} data-label={name}>{values[g] ?? 0}</td>)}<td data-label={t.statistics.sum}>{sums[g]}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          <div role="img" aria-label={text}>
            {groups.map((group, g) => {
              let at = 0;
              return (
                <div key={group} className="stacked-row" aria-hidden>
                  <span>{group}</span>
                  <svg viewBox="0 0 100 12" preserveAspectRatio="none">
                    {series.map(({ name, values }, s) => {
                      const width = ((values[g] ?? 0) / most) * 100;
                      const x = at;
                      at += width;
                      return width > 0 && <rect key={name} data-series={s % 8} x={x} width={Math.max(width - 0.4, 0.2)} height="12" />;
                    })}
                  </svg>
                  <strong>{sums[g]}</strong>
                </div>
              );
            })}
          </div>
          <ul className="legend" aria-hidden>
            {series.map(({ name, values }, s) => values.some((value) => value > 0) && <li key={name}><span className="swatch" data-series={s % 8} /> {name}</li>)}
          </ul>
        </>
      )}
      <button type="button" className="link-button" onClick={() => setTable(!table)}>{table ? t.statistics.asChart : t.statistics.asTable}</button>
    </figure>
  );
}
