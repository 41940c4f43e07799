/* Files that the build puts into the program (CMakeLists.txt). */
#pragma once

extern const char embedded_tenant[]; /* tenant.json */
extern const char embedded_style[];  /* pages/style.css */
