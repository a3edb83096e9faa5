import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

import { Language as LanguageCode } from '../gen/individuellplan/type/v1/common_pb';
import type { Texts } from './nb';

export type { Texts };
export type Language = 'nb' | 'nn';

// A language is fetched when it is chosen: most people read one.
const fetchTexts: Record<Language, () => Promise<Texts>> = {
  nb: async () => (await import('./nb')).nb,
  nn: async () => (await import('./nn')).nn,
};

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

// What the first page is shown with; fetched before anything is drawn.
const first = initialLanguage();
export const firstTexts = fetchTexts[first]();

export function LanguageProvider({ texts, children }: { texts: Texts; children: ReactNode }) {
  const [shown, setShown] = useState({ language: first, t: texts });
  const setLanguage = (language: Language) => {
    localStorage.setItem('language', language);
    void fetchTexts[language]().then((t) => setShown({ language, t }));
  };
  useEffect(() => {
    document.documentElement.lang = shown.language;
    localStorage.setItem('language', shown.language);
  }, [shown.language]);
  return <LanguageContext.Provider value={{ ...shown, setLanguage }}>{children}</LanguageContext.Provider>;
}
