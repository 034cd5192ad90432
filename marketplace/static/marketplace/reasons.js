// A chosen text of reasons is written into the form, where it may be changed.
document.addEventListener("DOMContentLoaded", () => {
  const select = document.querySelector("select[data-texts]");
  if (!select) return;
  const texts = JSON.parse(select.dataset.texts);
  select.addEventListener("change", () => {
    for (const [name, text] of Object.entries(texts[select.value] || {})) {
      const field = select.form.querySelector(`[name="${name}"]`);
      if (field) field.value = text;
    }
  });
});
