"use strict";
// What the page says besides what stands in try.html, in both languages.
const written = {
  loading: { en: "Loading the lab", ko: "연구실을 불러오는 중" },
  opening: { en: "Opening the model", ko: "모델을 여는 중" },
  ready: { en: "Ready. All is here; the network may go.", ko: "준비 완료. 모두 불러왔으니 네트워크가 없어도 된다." },
  nearly: { en: "Ready; the other models are still coming.", ko: "준비 완료. 다른 모델을 마저 불러오는 중." },
  cancelled: { en: "Cancelled. A picture's name in the table looks at it after all.", ko: "취소했다. 표에서 그림 이름을 누르면 다시 살펴본다." },
  encode: { en: (name) => `${name}: patch tokens`, ko: (name) => `${name}: 패치 토큰` },
  head: { en: (name) => `${name}: anomaly map`, ko: (name) => `${name}: 이상 지도` },
  fitting: { en: (what, done, of) => `Learning: ${what}, ${done} of ${of}`, ko: (what, done, of) => `배우는 중: ${what}, ${of} 중 ${done}` },
  features: { en: "patch tokens", ko: "패치 토큰" },
  judged: { en: "judged by the others", ko: "나머지로 판정" },
  inWords: { en: "anything, in words", ko: "무엇이든, 말로" },
  words: { en: (name) => `${name}: words`, ko: (name) => `${name}: 말` },
  worded: { en: (bytes) => `MultiADS, zero-shot: it has seen none of these objects. Its adapters (${bytes}) learned from other, generated pictures, on a small pair of towers; of photographs it says little. Words are English.`, ko: (bytes) => `MultiADS, 제로샷: 이 물체를 하나도 본 적이 없다. 어댑터(${bytes})는 생성된 다른 그림으로 작은 타워 한 쌍 위에서 학습했으며, 사진은 잘 알아보지 못한다. 말은 영어로 쓴다.` },
  typeless: { en: "Choose at least one type of defect, or write one.", ko: "결함 유형을 하나 이상 고르거나 쓴다." },
  nameless: { en: (line) => `Your own types: expected a name, then a colon and phrases, got "${line}".`, ko: (line) => `내 유형: 이름, 쌍점, 문구 순서로 쓴다. 이름이 없는 줄: "${line}".` },
  says: { en: (verdict, score, answer) => `All types together: ${verdict}, score ${score}. Each type by itself: ${answer}.`, ko: (verdict, score, answer) => `모든 유형을 합하면 ${verdict}(점수 ${score}). 유형을 하나씩 보면 ${answer}.` },
  unknown: { en: (words) => `The text tower has no letters for ${words}: what is answered by that means nothing, so describe it in English.`, ko: (words) => `텍스트 타워가 모르는 글자로 쓴 말이 있다: ${words}. 그 대답은 의미가 없으니 영어로 쓴다.` },
  zeroShot: { en: "Zero-shot: no good picture was seen, and nothing is promised. NG is said of all types together, so it can stand beside “good”: a type by itself counts from 0.5 on, where it is likelier than all else.", ko: "제로샷: 정상 그림을 보지 않았으므로 보장되는 것이 없다. NG는 모든 유형을 합한 판정이라 “good”(정상)과 함께 나올 수 있다. 유형 하나는 다른 모든 것보다 그럴듯한 0.5부터 센다." },
  likely: { en: (taps) => `How likely a defect is, summed over the tower's ${taps} depths: from none to certain, the same for all pictures and words.`, ko: (taps) => `타워의 ${taps}개 깊이에서 결함일 확률을 더한 값. 없음에서 확실함까지이며, 모든 그림과 말에 같은 눈금을 쓴다.` },
  scaled: { en: "One scale for all pictures of this model; what is usual in good ones is dark.", ko: "이 모델의 모든 그림에 같은 눈금을 쓴다. 정상 그림에서 흔한 값은 어둡다." },
  type: { en: (name, value) => `${name} ${value}`, ko: (name, value) => `${name} ${value}` },
  own: { en: "my good pictures", ko: "내 정상 그림" },
  of: { en: (n) => `${n} good pictures`, ko: (n) => `정상 그림 ${n}장` },
  trained: { en: (n, bytes, m) => `INP-Former, M = ${m}, trained on ${n} good pictures beforehand; ${bytes}.`, ko: (n, bytes, m) => `INP-Former, M = ${m}, 정상 그림 ${n}장으로 미리 학습했다. ${bytes}.` },
  alone: { en: " One head is here, so M stays; the distance map below is zero-shot and asks no decoder.", ko: " 헤드가 하나뿐이라 M은 바뀌지 않는다. 아래의 거리 지도는 디코더를 쓰지 않는 제로샷이다." },
  remembered: { en: (n) => `kNN with the tokens of ${n} good pictures of yours, learned in this tab.`, ko: (n) => `이 탭에서 배운, 정상 그림 ${n}장의 토큰을 기억하는 kNN.` },
  promise: { en: (rate, n) => `At most ${rate} of new good pictures, taken as these were, are NG on average (${n} held-out good ones).`, ko: (rate, n) => `같은 방식으로 찍은 새 정상 그림 가운데 평균 ${rate} 이하만 NG가 된다(따로 둔 정상 그림 ${n}장).` },
  needed: { en: (n) => ` What was asked needs ${n}.`, ko: (n) => ` 요청한 비율에는 ${n}장이 필요하다.` },
  moved: { en: "The threshold was moved: no promise holds.", ko: "기준값을 옮겼으므로 보장되는 비율이 없다." },
  took: { en: (all, encode, head, draw, words) => `${all} s: encoder ${encode}, ${words ? `words ${words}, ` : ""}head ${head}, pictures ${draw}.`, ko: (all, encode, head, draw, words) => `${all}초: 인코더 ${encode}, ${words ? `말 ${words}, ` : ""}헤드 ${head}, 그림 ${draw}.` },
  fitted: { en: (n, value) => `Learned from ${n} pictures: NG above a score of ${value}.`, ko: (n, value) => `그림 ${n}장으로 배웠다. 점수 ${value} 초과는 NG.` },
  few: { en: "Choose at least two different good pictures: each is judged by the others.", ko: "서로 다른 정상 그림을 두 장 이상 고른다. 각 그림은 나머지로 판정한다." },
  file: { en: "A page that was opened as a file needs try/inlined.js beside it, which is not here. Or, in this folder, run: python3 -m http.server 8000 and open http://localhost:8000/try.html", ko: "파일로 연 페이지에는 try/inlined.js가 필요한데 없다. 아니면 이 폴더에서 python3 -m http.server 8000 을 실행하고 http://localhost:8000/try.html 을 연다." },
  old: { en: "This browser is too old: it needs WebAssembly and DecompressionStream.", ko: "브라우저가 오래되었다. WebAssembly와 DecompressionStream이 필요하다." },
  picture: { en: "the picture as the encoder sees it", ko: "인코더가 보는 그림" },
  heat: { en: "anomaly map, from dark for normal to white", ko: "이상 지도, 어두우면 정상이고 흴수록 이상" },
  outline: { en: "outline of what is above the pixel threshold", ko: "화소 기준값을 넘는 곳의 윤곽" },
  bar: { en: "colour scale of the map", ko: "지도의 색 눈금" },
  tokens: { en: () => "patch tokens: like colours are alike", ko: () => "패치 토큰: 색이 비슷하면 토큰도 비슷하다" },
  attention: { en: (i) => `where prototype ${i + 1} looks`, ko: (i) => `프로토타입 ${i + 1}이 보는 곳` },
  distance: { en: () => "distance to the nearest prototype: the zero-shot map, without the decoder", ko: () => "가장 가까운 프로토타입까지의 거리: 디코더 없는 제로샷 지도" },
  error: { en: (i, n) => `reconstruction error, ${["shallow", "deep"][i] ?? i + 1} levels`, ko: (i, n) => `재구성 오차, ${["얕은", "깊은"][i] ?? i + 1} 층` },
  unanswered: { en: "no answer", ko: "답 없음" },
  bytes: { en: (n) => `${(n / 1e6).toFixed(1)} MB`, ko: (n) => `${(n / 1e6).toFixed(1)} MB` },
};
const language = () => document.documentElement.lang;
// say gives a word, or a sentence with its values, in the page's language.
const say = (key, ...values) => {
  const of = written[key][language()];
  return typeof of === "function" ? of(...values) : of;
};
