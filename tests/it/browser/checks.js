// What is wrong with the page, as a list of sentences.
const [language] = arguments;
const wrong = [];
const all = (selector) => [...document.querySelectorAll(selector)];
const named = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`;
const seen = (element) => element.checkVisibility({ checkVisibilityCSS: true }) && !element.closest('.unseen');

if (document.documentElement.lang !== language) wrong.push(`lang is ${document.documentElement.lang}`);
if (document.documentElement.scrollWidth > innerWidth) {
  const wide = all('body *').filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5).map(named);
  wrong.push(`${document.documentElement.scrollWidth} wide on ${innerWidth}: ${wide.slice(0, 5).join(', ')}`);
}
if (document.scripts.length > 0) wrong.push('there is a script');
if (!document.title.trim()) wrong.push('no title');
for (const [selector, count] of [['main', 1], ['h1', 1]]) {
  if (all(selector).length !== count) wrong.push(`${all(selector).length} of ${selector}`);
}
let level = 0;
for (const heading of all('h1,h2,h3,h4')) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) wrong.push(`${named(heading)} skips a level`);
  level = next;
}
for (const heading of all('th')) {
  if (!['col', 'row'].includes(heading.scope)) wrong.push(`${named(heading)} has no scope`);
}
for (const picture of all('svg')) {
  if (picture.getAttribute('role') !== 'img' || !(picture.getAttribute('aria-label') || picture.querySelector(':scope > title'))) wrong.push('a picture without words');
}
for (const field of all('input:not([type=hidden]),select,textarea')) {
  if (field.labels.length === 0) wrong.push(`${field.name} has no label`);
}
for (const link of all('a')) {
  if (!link.textContent.trim()) wrong.push(`a link to ${link.href} without words`);
}
for (const region of all('nav')) {
  if (!region.getAttribute('aria-label')) wrong.push('a nav without a label');
}
const ids = all('[id]').map((element) => element.id);
if (new Set(ids).size !== ids.length) wrong.push('two elements of one id');
if (all('[tabindex]').some((element) => element.tabIndex > 0)) wrong.push('a tabindex');

// Contrast (WCAG 2.2, 1.4.3): of each text against what lies behind it.
const colour = (text) => {
  const numbers = text.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
  const [red, green, blue] = text.startsWith('color(') ? numbers.map((number) => number * 255) : numbers;
  return { red, green, blue, alpha: numbers.length > 3 ? numbers[3] : 1 };
};
const over = (upper, lower) => {
  const mix = (part) => upper[part] * upper.alpha + lower[part] * (1 - upper.alpha);
  return { red: mix('red'), green: mix('green'), blue: mix('blue'), alpha: 1 };
};
const background = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const layer = colour(getComputedStyle(at).backgroundColor);
    if (layer.alpha > 0) layers.push(layer);
    if (layer.alpha === 1) break;
  }
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? 18 : 255;
  return layers.reverse().reduce((below, layer) => over(layer, below), { red: canvas, green: canvas, blue: canvas, alpha: 1 });
};
const luminance = ({ red, green, blue }) => {
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
};
let texts = 0;
for (const element of all('body *')) {
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!own || !seen(element) || ['OPTION', 'STYLE', 'title'].includes(element.tagName)) continue;
  const style = getComputedStyle(element);
  const behind = background(element);
  const text = colour(element instanceof SVGElement ? style.fill : style.color);
  let opacity = 1;
  for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  const [one, other] = [luminance(over({ ...text, alpha: text.alpha * opacity }, behind)), luminance(behind)];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  texts += 1;
  if (contrast < 4.5) wrong.push(`${named(element)} has a contrast of ${contrast.toFixed(2)}`);
}
if (texts < 10) wrong.push(`only ${texts} texts`);
return wrong;
