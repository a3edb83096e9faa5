import { useLanguage } from '../i18n/language';

const names = { nb: 'Bokmål', nn: 'Nynorsk' } as const;

export function LanguageChoice() {
  const { t, language, setLanguage } = useLanguage();
  return (
    <div className="language" role="group" aria-label={t.language}>
      {(['nb', 'nn'] as const).map((code) => (
        <button key={code} type="button" lang={code} aria-pressed={language === code} onClick={() => setLanguage(code)}>
          {names[code]}
        </button>
      ))}
    </div>
  );
}
