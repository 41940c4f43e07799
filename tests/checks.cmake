# Stories of whole programs, and checks of the sources and of the program as it is shipped: every file is one.

find_program(NODE node REQUIRED)
file(GLOB stories CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} journeys/*.mjs browser/*.mjs)
list(REMOVE_ITEM stories browser/shots.mjs) # makes pictures, holds nothing
if(NOT TARGET crash_injector)
  list(FILTER stories EXCLUDE REGEX "^journeys/(crash|disk)\\.mjs$")
endif()
foreach(story IN LISTS stories)
  string(REGEX REPLACE "\\.mjs$" "" name ${story})
  add_test(NAME ${name} COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/${story})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT "CURFEW=$<TARGET_FILE:curfew-test>;CURFEW_SANDBOX=$<TARGET_FILE:curfew-sandbox>;SHIPPED=$<TARGET_FILE:curfew>")
  if(story MATCHES "^journeys/(crash|disk)\\.mjs$")
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "INJECTOR_LIBRARY=$<TARGET_FILE:crash_injector>")
  endif()
endforeach()

# Whole, where FAULTS asks for it, it takes hours.
set_tests_properties(journeys/fault_matrix PROPERTIES TIMEOUT 14400)

# The judge of what passes between Curfew and Graph, where Microsoft's descriptions are at hand.
foreach(name IN ITEMS bites bodies)
  add_test(NAME contract/${name} COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/contract/${name}.mjs)
  set_tests_properties(contract/${name} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()

file(GLOB checks CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} check_*.sh check_*.mjs)
if(SANITIZE OR COVERAGE) # that program is none that is shipped
  list(REMOVE_ITEM checks check_elf.sh)
endif()
foreach(check IN LISTS checks)
  string(REGEX REPLACE "^check_(.*)\\.(sh|mjs)$" "check/\\1" name ${check})
  if(check MATCHES "mjs$")
    add_test(NAME ${name} COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/${check})
  else()
    add_test(NAME ${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/${check})
  endif()
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77
    ENVIRONMENT "CURFEW=$<TARGET_FILE:curfew>;BUILD=${CMAKE_BINARY_DIR}")
endforeach()
