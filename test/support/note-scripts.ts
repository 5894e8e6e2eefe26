/** Texts of notes in every script that a person would type, with delimiters of every protocol and emoji. */

/** Texts as people type them, in NFC already. */
export const NOTE_SCRIPTS: Readonly<Record<string, string>> = {
  English: 'Met Ms O’Neil – “ready for work”, she said; £9.50/hour, 16 hours…',
  Welsh: 'Cyfarfu â’r cleient yn y tŷ; mae’n awyddus i weithio. Ŵ ŷ ẁ',
  Polish: 'Rozmowa z pracodawcą: żółć, gęś, jaźń.',
  Turkish: 'İş görüşmesi: ığdır İĞDIR',
  Vietnamese: 'Buổi phỏng vấn diễn ra tốt đẹp ở Hà Nội.',
  Greek: 'Συνάντηση με τον εργοδότη· ΐ ΰ ς',
  Cyrillic: 'Встреча с работодателем; їжак, ґанок, ѫ',
  Armenian: 'Հանդիպում գործատուի հետ՝ լավ',
  Georgian: 'შეხვედრა დამსაქმებელთან',
  Hebrew: 'פגישה עם המעסיק: שָׁלוֹם \u200f(10:30)\u200e',
  Arabic: 'اجتماع مع صاحب العمل، الساعة ١٠:٣٠ \u061cمَرْحَبًا',
  Persian: 'می\u200cخواهم کار کنم',
  Urdu: 'ملازمت کے لیے ملاقات ہوئی۔',
  Amharic: 'ከአሠሪው ጋር ስብሰባ።',
  Hindi: 'नियोक्ता के साथ बैठक; क्\u200dष',
  Bengali: 'নিয়োগকর্তার সঙ্গে সাক্ষাৎ'.normalize('NFC'),
  Punjabi: 'ਮਾਲਕ ਨਾਲ ਮੁਲਾਕਾਤ'.normalize('NFC'),
  Gujarati: 'નોકરીદાતા સાથે મુલાકાત',
  Tamil: 'முதலாளியுடன் சந்திப்பு',
  Telugu: 'యజమానితో సమావేశం',
  Sinhala: 'සේවායෝජකයා හමුවීම ශ්\u200dරී',
  Thai: 'พบกับนายจ้าง น้ำ',
  Khmer: 'ជួបជាមួយនិយោជក',
  Burmese: 'အလုပ်ရှင်နှင့် တွေ့ဆုံ',
  Chinese: '与雇主会面,谈到了兼职工作。𠮷野家',
  Japanese: '雇用主と面談。パート勤務を希望(週16時間)ガギグ',
  Korean: '고용주와 면담했습니다.',
  Emoji: '👍🏽 👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ 1️⃣ 🇬🇧 🫱🏼‍🫲🏿',
  Delimiters: 'MSH|^~\\&|a^b~c\\d&e\\.br\\ <p>&amp;</p> {"a":"b\\n"} \'; -- %s $x {{y}} =HYPERLINK("a") ]]>',
  Mathematics: '3 × 4 ≤ 12 ½ ± √2 ∑ 𝔸',
  Private: 'sent from \uf8ff',
};

/** A note of so many characters, of every script at once, as it is signed. */
export function noteOfEveryScript(length: number): string {
  const all = [...Object.values(NOTE_SCRIPTS).join('\n')];
  return Array.from({ length }, (_, index) => all[index % all.length]!)
    .join('')
    .normalize('NFC');
}
