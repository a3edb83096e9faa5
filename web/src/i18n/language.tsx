import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

import { Language as LanguageCode } from '../gen/individuellplan/type/v1/common_pb';
import { nb, type Texts } from './nb';
import { nn } from './nn';

export type { Texts };
export type Language = 'nb' | 'nn';

const texts: Record<Language, Texts> = { nb, nn };

// The contract's code, for texts that somebody writes.
export const languageCode = (language: Language) => (language === 'nn' ? LanguageCode.NN : LanguageCode.NB);

// The word for a value of the contract; the contract may have grown since this page was built.
export const wordFor = (words: Record<number, string>, code: number): string => words[code] ?? words[0]!;

interface LanguageChoice {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Texts;
}

const LanguageContext = createContext<LanguageChoice | null>(null);

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext)!;
}

function initialLanguage(): Language {
  const chosen = localStorage.getItem('language');
  if (chosen === 'nb' || chosen === 'nn') return chosen;
  return navigator.languages.find((tag) => /^n[bn]/.test(tag))?.startsWith('nn') ? 'nn' : 'nb';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem('language', language);
  }, [language]);
  return (
    <LanguageContext.Provider value={{ language, setLanguage, t: texts[language] }}>
      {children}
    </LanguageContext.Provider>
  );
}
