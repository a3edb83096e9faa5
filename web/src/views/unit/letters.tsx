// Letters of a case: drafted by the service from its checklist, looked over, issued, and opened as PDF.
import { Button, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';

import { referrals } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { useSession } from '../../app/session';
import { type Letter, Letter_Kind, type NeedNotice, NeedNotice_State as State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { RenderLetterRequest_Format } from '../../gen/individuellplan/referral/v1/referral_service_pb';
import { Language } from '../../gen/individuellplan/type/v1/common_pb';
import { languageCode, useLanguage } from '../../i18n/language';
import { formatTime } from '../../shared/dates';
import { Choice, Do, Pick } from '../../shared/form';
import { Panel } from '../../shared/page';

function kindsOf(notice: NeedNotice): Letter_Kind[] {
  const kinds = [Letter_Kind.RECEIPT, Letter_Kind.PRELIMINARY_REPLY];
  if (notice.state === State.REJECTED_NOT_ELIGIBLE) kinds.unshift(Letter_Kind.REJECTION);
  else if (notice.decision) kinds.unshift(Letter_Kind.DECISION);
  return kinds;
}

export function Letters({ notice }: { notice: NeedNotice }) {
  const { t, language } = useLanguage();
  const { role } = useSession();
  const kinds = kindsOf(notice);
  const [kind, setKind] = useState(kinds[0]!);
  const [written, setWritten] = useState<Language>(notice.subject?.language === Language.NN || notice.subject?.language === Language.NB ? notice.subject.language : languageCode(language));
  const parent = notice.name;
  const letter = { kind, language: written };
  const draft = useCommand((_: void) => referrals.draftLetter({ parent, letter }));
  const issue = useCommand((_: void, requestId) => referrals.issueLetter({ parent, letter, requestId }));
  if (notice.state === State.DRAFT) return null;
  if (role !== 'CASE_WORKER') {
    return notice.letters.length === 0 ? null : <Panel title={t.letters.title}><Issued letters={notice.letters} /></Panel>;
  }
  return (
    <Panel title={t.letters.title} intro={t.letters.intro}>
      <Issued letters={notice.letters} />
      <div className="beside">
        <Pick label={t.letters.which} value={kind} set={(value) => { setKind(value); draft.reset(); issue.reset(); }} options={kinds.map((value) => ({ value, text: t.letters.kinds[value] }))} />
        <Choice label={t.language} value={written} set={(value) => { setWritten(value); draft.reset(); }} options={[{ value: Language.NB, text: 'Bokmål' }, { value: Language.NN, text: 'Nynorsk' }]} />
      </div>
      <div className="buttons"><Do command={draft} act={() => draft.send()}>{t.letters.draft}</Do></div>
      {draft.data && !issue.data && (
        <>
          <Text letter={draft.data} />
          {draft.data.missingParts.length > 0 ? (
            <Paragraph role="alert">{t.letters.missing} {draft.data.missingParts.map((part) => (t.letters.parts as Record<string, string>)[part] ?? part).join(', ')}</Paragraph>
          ) : <div className="buttons"><Do command={issue} act={() => issue.send()} variant="primary">{t.letters.issue}</Do></div>}
        </>
      )}
      {issue.data && (
        <>
          <Paragraph role="status">✓ {t.letters.issued(formatTime(issue.data.issueTime, language))}</Paragraph>
          <Text letter={issue.data} />
          <OpenPdf name={issue.data.name} />
        </>
      )}
    </Panel>
  );
}

function Text({ letter }: { letter: Letter }) {
  const parts = letter.parts.length > 0 ? letter.parts : [{ name: '', heading: '', paragraphs: letter.paragraphs, legalSource: '' }];
  return (
    <article className="letter" lang={letter.language === Language.NN ? 'nn' : 'nb'}>
      {letter.title && <h3>{letter.title}</h3>}
      {parts.map(({ name, heading, paragraphs, legalSource }, i) => (
        <section key={name + i}>
          {heading && <h4>{heading}</h4>}
          {paragraphs.map((text, j) => <p key={j}>{text}</p>)}
          {legalSource && !letter.issueTime && <p className="letter-source">({legalSource})</p>}
        </section>
      ))}
    </article>
  );
}

// Letters that were sent, each to be opened as PDF.
export function Issued({ letters }: { letters: Letter[] }) {
  const { t, language } = useLanguage();
  if (letters.length === 0) return null;
  return (
    <ul className="lines">
      {letters.map(({ name, kind, title, issueTime }) => (
        <li key={name}>
          <div>{title || t.letters.kinds[kind]}<div className="quiet">{formatTime(issueTime, language)}</div></div>
          <OpenPdf name={name} />
        </li>
      ))}
    </ul>
  );
}

// The text of a letter and its PDF, drawn up when asked for.
export function OpenPdf({ name }: { name: string }) {
  const { t } = useLanguage();
  const [address, setAddress] = useState('');
  const render = useCommand(
    (_: void) => referrals.renderLetter({ name, format: RenderLetterRequest_Format.PDF }),
    ({ content, contentType }) => setAddress(URL.createObjectURL(new Blob([new Uint8Array(content)], { type: contentType }))),
  );
  return (
    <div className="buttons">
      {address ? <Button asChild><a href={address} download="brev.pdf">{t.letters.download}</a></Button> : <Do command={render} act={() => render.send()}>{t.letters.pdf}</Do>}
    </div>
  );
}
