import { CONTENT_STYLE } from './content-style.ts';

/** The colours of both themes, once for the system's choice and once for the reader's. */
const LIGHT = `--paper:#fbfbfa;--card:#fff;--sunk:#f4f4f2;--line:#e4e4e0;--ink:#1d1f21;--soft:#5c6167;--faint:#8b9097;
--accent:#3456c8;--good:#1a7f4b;--good-wash:#e3f5ea;--bad:#c0362c;--bad-wash:#fdebe9;--wait:#95650b;--wait-wash:#fdf2d8;--calm-wash:#e8edfb;
--add:#e4f6e9;--del:#fdeaea;--mark:#ffe58a;--c:#707780;--s:#0f6f59;--n:#9a4a06;--k:#7a3ea8;
--h0:#3456c8;--h1:#a03a8c;--h2:#0f766e;--h3:#b45309;--h4:#6d4fc4;--h5:#b4344c;--h6:#3f7a1d;--h7:#1f6f9f;`;
const DARK = `--paper:#131416;--card:#1a1c1f;--sunk:#212428;--line:#2f3338;--ink:#e7e8ea;--soft:#a4a9b0;--faint:#777d85;
--accent:#8ea8ff;--good:#5ecb90;--good-wash:#173226;--bad:#ff8379;--bad-wash:#3b1e1c;--wait:#e9b95a;--wait-wash:#3a2e14;--calm-wash:#232c47;
--add:#15301f;--del:#3a1d1f;--mark:#6a5510;--c:#8b929a;--s:#6fd0b4;--n:#f0a463;--k:#c79bf0;
--h0:#8ea8ff;--h1:#e58bd0;--h2:#54c6b8;--h3:#eea85a;--h4:#b29cf5;--h5:#f58a9d;--h6:#93cf6c;--h7:#74bde8;`;

/** The look of the page: one column of reading, a list of places beside it, both themes, paper. Constant. */
export const PAGE_STYLE = `:root{color-scheme:light;${LIGHT}--sans:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;--mono:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${DARK}}}
:root[data-theme=dark]{color-scheme:dark;${DARK}}
*{box-sizing:border-box}
html{scroll-padding-top:72px}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 var(--sans);-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
code,pre,kbd{font-family:var(--mono);font-size:.86em}
[hidden]{display:none!important}
.bar{position:sticky;top:0;z-index:5;display:flex;gap:10px;align-items:center;padding:9px 24px;background:var(--paper);border-bottom:1px solid var(--line)}
.bar .title{font-weight:650;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;min-width:0;margin-right:2px}
.bar .tools{display:none;gap:8px;margin-left:auto;align-items:center;min-width:0}
.js .bar .tools{display:flex}
.bar input,.bar select,.bar button{font:inherit;font-size:13px;height:32px;padding:0 9px;border:1px solid var(--line);border-radius:7px;background:var(--card);color:var(--ink);min-width:0}
.bar input{width:220px}.bar select{max-width:150px}
.bar button{cursor:pointer;color:var(--soft)}.bar button:hover{color:var(--ink);border-color:var(--faint)}
.bar output{font-size:12.5px;color:var(--soft);white-space:nowrap;font-variant-numeric:tabular-nums}
.frame{display:grid;grid-template-columns:184px minmax(0,1fr);gap:36px;max-width:1280px;margin:0 auto;padding:0 24px}
.places{position:sticky;top:51px;align-self:start;padding:26px 0;max-height:calc(100vh - 51px);overflow:auto}
.places a{display:flex;justify-content:space-between;gap:8px;padding:4px 10px;border-radius:6px;color:var(--soft);font-size:13.5px}
.places a:hover{background:var(--sunk);color:var(--ink);text-decoration:none}
.places a.here{background:var(--sunk);color:var(--ink);font-weight:600}
.places small{color:var(--faint);font-variant-numeric:tabular-nums;font-weight:400}
main{padding:26px 0 120px;min-width:0}
section{margin:0 0 52px}
section>h2{font-size:18px;letter-spacing:-.01em;margin:0 0 14px;padding-bottom:8px;border-bottom:1px solid var(--line)}
section>h2 a{color:inherit}
h1{font-size:30px;line-height:1.2;letter-spacing:-.022em;margin:0 0 6px}
.goal{font-size:17px;line-height:1.5;color:var(--soft);margin:0 0 14px;max-width:68ch;white-space:pre-line}
.state{margin:0 0 18px}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:0 0 18px}
.tiles div{background:var(--card);padding:13px 16px 12px;display:flex;flex-direction:column}
.tiles span{font-size:12.5px;color:var(--soft)}.tiles b{font-size:23px;line-height:1.3;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tiles small{font-size:12px;color:var(--faint)}
.facts-of-run{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:5px 18px;margin:0;font-size:13.5px}
.facts-of-run>dt{color:var(--faint)}.facts-of-run>dd{margin:0}
.warned{color:var(--wait)}
.result{margin-top:22px;border:1px solid var(--line);border-left:3px solid var(--good);border-radius:8px;background:var(--card);padding:4px 20px 12px}
.result>h3{font-size:12.5px;color:var(--soft);font-weight:600;margin:10px 0 0}
.pill{display:inline-block;padding:1px 9px;border-radius:99px;font-size:12.5px;font-weight:600;white-space:nowrap}
.pill.good{background:var(--good-wash);color:var(--good)}.pill.bad{background:var(--bad-wash);color:var(--bad)}
.pill.wait{background:var(--wait-wash);color:var(--wait)}.pill.calm{background:var(--calm-wash);color:var(--accent)}
.muted,.none{color:var(--faint)}
.failure{background:var(--bad-wash);border-radius:7px;padding:8px 12px;margin:8px 0;font-size:14px;white-space:pre-line}
.failure b{color:var(--bad);font-family:var(--mono);font-size:12.5px}
.cut{font-size:12.5px;color:var(--wait);margin:6px 0}
.same{font-size:13px;color:var(--soft);margin:6px 0;padding:5px 10px;border:1px dashed var(--line);border-radius:6px}.same q{color:var(--faint);quotes:none}
.scroll{overflow-x:auto}
::highlight(found){background:var(--mark);color:var(--ink)}
${CONTENT_STYLE}
@media(max-width:820px){
html{scroll-padding-top:104px}
.bar{flex-wrap:wrap;padding:8px 14px;gap:7px}.bar .tools{flex:1 1 100%;margin:0}.bar input{flex:1 1 auto;width:60px}.bar select{max-width:92px}.bar .fold{display:none}
.frame{display:block;padding:0 14px}
.places{position:static;display:flex;gap:4px;overflow-x:auto;padding:10px 0 0;max-height:none}.places a{white-space:nowrap;padding:4px 8px}
main{padding-top:16px}.tiles{grid-template-columns:1fr 1fr}h1{font-size:25px}.goal{font-size:16px}
.facts-of-run{grid-template-columns:1fr;gap:0}.facts-of-run>dd{margin-bottom:8px}
summary .args{display:none}.role,.tool,.pill,.came,time{white-space:normal}.note{flex-wrap:wrap}
.lane{grid-template-columns:96px minmax(0,1fr)!important}
.log li{grid-template-columns:38px 58px minmax(0,1fr)!important}.log li i,.log li span{grid-column:3}
.say header time,.say .facts{margin-left:0}
}
@media print{
:root,:root[data-theme]{color-scheme:light;${LIGHT}--paper:#fff}
.bar,.places,.legend{display:none!important}.frame{display:block;padding:0;max-width:none}body{font-size:11pt}
section{break-before:auto}.say,.note,.call,.tiles{break-inside:avoid-page}pre{white-space:pre-wrap!important;max-height:none!important}
.log,.block{content-visibility:visible!important}
}
`;
