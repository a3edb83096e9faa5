import { Heading, Link, Paragraph } from '@digdir/designsystemet-react';
import { type ReactNode, useEffect, useId } from 'react';
import { Link as RouterLink } from 'react-router';

import { useLanguage } from '../i18n/language';

// The tab's title. Never a person's name: it lands in the browser's history.
export function useTitle(title: string): void {
  const { t } = useLanguage();
  useEffect(() => {
    document.title = title === t.appName ? title : `${title} – ${t.appName}`;
  }, [title, t]);
}

interface PageProps {
  title: string;
  // What stands in the heading when it holds a name; the tab's title is `title`.
  heading?: ReactNode;
  lead?: ReactNode;
  back?: { to: string; text: string };
  actions?: ReactNode;
  children?: ReactNode;
}

// One page: where you came from, what it is, what you can do, and the rest.
export function Page({ title, heading, lead, back, actions, children }: PageProps) {
  useTitle(title);
  return (
    <div className="page">
      {back && (
        <Link asChild className="back"><RouterLink to={back.to}><span aria-hidden>←</span> {back.text}</RouterLink></Link>
      )}
      <div className="page-head">
        <div>
          <Heading level={1} data-size="lg">{heading ?? title}</Heading>
          {lead && <Paragraph className="lead">{lead}</Paragraph>}
        </div>
        {actions && <div className="buttons">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

// A part of a page in a frame of its own.
export function Panel({ title, intro, actions, tone, children, level = 2 }: {
  title: ReactNode;
  intro?: ReactNode;
  actions?: ReactNode;
  tone?: 'plain' | 'attention' | 'info' | 'good' | 'calm';
  children?: ReactNode;
  level?: 2 | 3;
}) {
  const id = useId();
  return (
    <section className="panel" data-tone={tone ?? 'plain'} aria-labelledby={id}>
      <div className="panel-head">
        <Heading level={level} data-size={level === 2 ? 'sm' : 'xs'} id={id}>{title}</Heading>
        {actions}
      </div>
      {intro && <Paragraph className="quiet">{intro}</Paragraph>}
      {children}
    </section>
  );
}

// Names and values.
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  const shown = facts.filter(([, value]) => value !== undefined && value !== '' && value !== null && value !== false);
  return (
    <dl className="facts">
      {shown.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
