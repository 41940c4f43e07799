# cmake -D TO=file.c -D NAMES="a;b" -D FILES="a.json;b.css" -P embed.cmake
# Writes a C file in which each file's bytes stand as `const char embedded_NAME[]`, with a NUL behind.
file(WRITE ${TO} "#include \"sandbox/embedded.h\"\n")
foreach(name file IN ZIP_LISTS NAMES FILES)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "(char)0x\\1," bytes "${bytes}")
  file(APPEND ${TO} "const char embedded_${name}[] = {${bytes} 0};\n")
endforeach()
