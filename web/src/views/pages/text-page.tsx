// The pages that are text: help, accessibility statement, privacy.
import { Paragraph } from '@digdir/designsystemet-react';

import { useLanguage } from '../../i18n/language';
import { Page, Panel } from '../../shared/page';

export function TextPage({ page }: { page: 'help' | 'accessibility' | 'privacy' }) {
  const { t } = useLanguage();
  const { title, lead, parts } = t.pages[page];
  return (
    <Page title={title} lead={lead}>
      {parts.map(({ heading, text }) => (
        <Panel key={heading} title={heading}>
          {text.map((paragraph) => <Paragraph key={paragraph}>{paragraph}</Paragraph>)}
        </Panel>
      ))}
    </Page>
  );
}
