// The API pages in the colours of the reader's system. Swagger UI has a class for dark
// ones; Redoc reads a theme from its attribute when it starts.
const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.classList.toggle("dark-mode", isDark);

const redoc = document.querySelector("redoc");
if (redoc && isDark) {
  const theme = JSON.parse(redoc.getAttribute("theme"));
  theme.colors = {
    primary: { main: "#2dd4bf" },
    text: { primary: "#e8f1ee", secondary: "#9db0aa" },
    border: { dark: "#26352f", light: "#26352f" },
    http: {},
  };
  theme.schema = { nestedBackground: "#15201d", typeNameColor: "#9db0aa", typeTitleColor: "#9db0aa" };
  theme.sidebar = { backgroundColor: "#15201d", textColor: "#e8f1ee" };
  theme.rightPanel = { backgroundColor: "#0a100e" };
  theme.typography.code = { color: "#d5f5ec", backgroundColor: "#15201d" };
  redoc.setAttribute("theme", JSON.stringify(theme));
}
